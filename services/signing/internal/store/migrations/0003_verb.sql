CREATE TABLE verb (
    request_id  TEXT   NOT NULL PRIMARY KEY,
    request     TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    hash        TEXT   NOT NULL,
    create_time BIGINT NOT NULL
);
