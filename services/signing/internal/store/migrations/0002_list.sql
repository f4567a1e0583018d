CREATE TABLE request_label (
    label       TEXT   NOT NULL,
    create_time BIGINT NOT NULL,
    request     TEXT   NOT NULL,
    PRIMARY KEY (label, create_time, request)
);

DROP INDEX request_reference;
CREATE INDEX request_state ON request (state, create_time, id);
CREATE INDEX request_provider ON request (provider, create_time, id);
CREATE INDEX request_reference ON request (reference, create_time, id);
