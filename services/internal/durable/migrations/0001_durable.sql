CREATE TABLE inbox (
    id           TEXT   NOT NULL PRIMARY KEY,
    source       TEXT   NOT NULL,
    dedupe_key   TEXT   NOT NULL,
    content_type TEXT   NOT NULL,
    body         BYTEA  NOT NULL,
    receive_time BIGINT NOT NULL,
    UNIQUE (source, dedupe_key)
);

CREATE TABLE event_log (
    position    BIGINT NOT NULL PRIMARY KEY,
    subject     TEXT   NOT NULL,
    payload     BYTEA  NOT NULL,
    create_time BIGINT NOT NULL
);

CREATE INDEX event_log_subject ON event_log (subject, position);

CREATE TABLE event_head (
    id       BIGINT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
);

INSERT INTO event_head (id, position) VALUES (1, 0);

CREATE TABLE lease (
    subject TEXT   NOT NULL PRIMARY KEY,
    owner   TEXT   NOT NULL,
    until   BIGINT NOT NULL
);
