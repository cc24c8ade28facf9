-- Customers are kept up: addresses by purpose, what a person is at their organisation, and what later enquiries say
-- otherwise.

ALTER TABLE account ADD COLUMN billing_address jsonb;
ALTER TABLE account ADD COLUMN delivery_address jsonb;
COMMENT ON COLUMN account.address IS 'The main one; invoices go there where no other is named for them.';

ALTER TABLE contact ADD COLUMN delivery_address jsonb;
ALTER TABLE contact ADD COLUMN role text;
COMMENT ON COLUMN contact.role IS 'What they are at their account (D365: accountrolecode).';

CREATE TABLE proposal (
    id uuid PRIMARY KEY,
    sequence bigint NOT NULL CHECK (sequence >= 0),
    account uuid,
    contact uuid,
    own_lead uuid,
    lead uuid NOT NULL,
    stands jsonb NOT NULL,
    proposed jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'accepted', 'dismissed')),
    accepted_at timestamptz,
    dismissed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    modified_at timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(account, contact, own_lead) = 1),
    CHECK ((state = 'accepted') = (accepted_at IS NOT NULL)),
    CHECK ((state = 'dismissed') = (dismissed_at IS NOT NULL))
) WITH (fillfactor = 80);
-- The newest proposals about a record.
CREATE INDEX proposal_about ON proposal (coalesce(account, contact, own_lead), id);
COMMENT ON TABLE proposal IS
    'What a later enquiry says otherwise of a lead, account or contact; a person accepts or dismisses it. One is open for a record at a time, under the lock of that record.';
COMMENT ON COLUMN proposal.own_lead IS 'The lead that it is about, where that is nobody''s yet; lead is the one whose enquiry said so last.';
COMMENT ON COLUMN proposal.stands IS 'What stands in the record, in the fields of an enquiry.';
COMMENT ON COLUMN proposal.proposed IS 'What is to stand there.';
