CREATE TABLE document (
    id           TEXT   NOT NULL PRIMARY KEY,
    request_id   TEXT   NOT NULL UNIQUE,
    content_hash TEXT   NOT NULL,
    sha256       TEXT   NOT NULL,
    create_time  BIGINT NOT NULL,
    body         TEXT   NOT NULL
);

CREATE INDEX document_content ON document (sha256);

CREATE TABLE proof (
    document TEXT NOT NULL PRIMARY KEY,
    verdict  TEXT NOT NULL,
    body     TEXT NOT NULL
);
