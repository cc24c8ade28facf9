-- Parties that are alike: the keys by which they are found, and what was found.

CREATE TABLE likeness_key (
    key bigint NOT NULL,
    party uuid NOT NULL,
    kind text NOT NULL,
    PRIMARY KEY (key, party)
);
COMMENT ON TABLE likeness_key IS
    'Keys that join two facts of a lead, contact or account, as digests: many parties share one. They follow from the record and are written with it.';

CREATE TABLE duplicate (
    id uuid PRIMARY KEY,
    sequence bigint NOT NULL CHECK (sequence >= 0),
    lead uuid NOT NULL,
    other_lead uuid,
    contact uuid,
    account uuid,
    rules text NOT NULL,
    rule text NOT NULL,
    action text NOT NULL,
    score integer NOT NULL,
    evidence jsonb NOT NULL,
    more boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'closed')),
    closed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    modified_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
) WITH (fillfactor = 85);
CREATE INDEX duplicate_by_lead ON duplicate (lead);
CREATE INDEX duplicate_by_other_lead ON duplicate (other_lead) WHERE other_lead IS NOT NULL;
CREATE INDEX duplicate_by_contact ON duplicate (contact) WHERE contact IS NOT NULL;
CREATE INDEX duplicate_by_account ON duplicate (account) WHERE account IS NOT NULL;
COMMENT ON TABLE duplicate IS
    'A lead and another party that are alike by a rule, until a person has looked (D365: duplicaterecord). Its id follows from the two.';
