CREATE TABLE deal (
    account     TEXT   NOT NULL,
    lead_id     BIGINT NOT NULL,
    contact_id  BIGINT NOT NULL,
    decision    TEXT   NOT NULL,
    rule        TEXT   NOT NULL,
    missing     TEXT   NOT NULL,
    update_time BIGINT NOT NULL,
    PRIMARY KEY (account, lead_id)
);

CREATE INDEX deal_contact ON deal (account, contact_id);
CREATE INDEX deal_updated ON deal (account, update_time, lead_id);

CREATE TABLE attempt (
    reference         TEXT   NOT NULL PRIMARY KEY,
    account           TEXT   NOT NULL,
    lead_id           BIGINT NOT NULL,
    rule              TEXT   NOT NULL,
    number            BIGINT NOT NULL,
    state             TEXT   NOT NULL,
    signature_request TEXT   NOT NULL,
    end_time          BIGINT NOT NULL,
    body              TEXT   NOT NULL,
    UNIQUE (account, lead_id, rule, number)
);

CREATE TABLE effect (
    account    TEXT   NOT NULL,
    lead_id    BIGINT NOT NULL,
    effect_key TEXT   NOT NULL,
    place      BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    problem    TEXT   NOT NULL,
    reference  TEXT   NOT NULL,
    remote_id  TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    PRIMARY KEY (account, lead_id, effect_key)
);

CREATE INDEX effect_place ON effect (account, lead_id, place);

CREATE TABLE signing_event (
    position  BIGINT NOT NULL PRIMARY KEY,
    account   TEXT   NOT NULL,
    lead_id   BIGINT NOT NULL,
    reference TEXT   NOT NULL,
    body      TEXT   NOT NULL
);

CREATE INDEX signing_event_deal ON signing_event (account, lead_id, position);

CREATE TABLE event_cursor (
    id       BIGINT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
);

INSERT INTO event_cursor (id, position) VALUES (1, 0);
