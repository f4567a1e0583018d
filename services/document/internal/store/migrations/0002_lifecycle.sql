-- What lists and deletions look for. Rows from before get their values from their bodies when the service starts: the
-- engines read JSON differently.
ALTER TABLE document ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN parent TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN family TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN legal_hold BIGINT NOT NULL DEFAULT 0;
ALTER TABLE document ADD COLUMN delete_time BIGINT NOT NULL DEFAULT 0;

CREATE INDEX document_created ON document (create_time, id);
CREATE INDEX document_kind ON document (kind, create_time, id);
CREATE INDEX document_parent ON document (parent, create_time, id);
CREATE INDEX document_family ON document (family, delete_time);

CREATE TABLE content (
    sha256     TEXT   NOT NULL PRIMARY KEY,
    state      TEXT   NOT NULL,
    generation BIGINT NOT NULL
);

INSERT INTO content (sha256, state, generation) SELECT DISTINCT sha256, 'KEPT', 0 FROM document;

CREATE TABLE link_key (
    id          BIGINT NOT NULL PRIMARY KEY,
    secret      TEXT   NOT NULL,
    create_time BIGINT NOT NULL
);
