ALTER TABLE deal ADD COLUMN reason TEXT NOT NULL DEFAULT '';

ALTER TABLE deal ADD COLUMN lead_time BIGINT NOT NULL DEFAULT 0;

ALTER TABLE deal ADD COLUMN ask BIGINT NOT NULL DEFAULT 0;

ALTER TABLE attempt ADD COLUMN start_time BIGINT NOT NULL DEFAULT 0;

ALTER TABLE attempt ADD COLUMN withdrawn BIGINT NOT NULL DEFAULT 0;

CREATE INDEX attempt_live ON attempt (account, end_time, lead_id);

CREATE TABLE swept (
    account     TEXT   NOT NULL,
    pipeline_id BIGINT NOT NULL,
    stage_id    BIGINT NOT NULL,
    PRIMARY KEY (account, pipeline_id, stage_id)
);
