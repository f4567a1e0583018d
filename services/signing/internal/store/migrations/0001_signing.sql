CREATE TABLE request (
    id            TEXT   NOT NULL PRIMARY KEY,
    request_id    TEXT   NOT NULL UNIQUE,
    reference     TEXT   NOT NULL,
    provider      TEXT   NOT NULL,
    envelope      TEXT   NOT NULL,
    callback_hash TEXT   NOT NULL,
    state         TEXT   NOT NULL,
    version       BIGINT NOT NULL,
    create_time   BIGINT NOT NULL,
    update_time   BIGINT NOT NULL,
    body          TEXT   NOT NULL
);

CREATE UNIQUE INDEX request_callback ON request (callback_hash);
CREATE INDEX request_envelope ON request (provider, envelope);
CREATE INDEX request_reference ON request (reference, create_time);
CREATE INDEX request_created ON request (create_time, id);
