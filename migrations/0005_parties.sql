-- Who is who, and the customers.
--
-- References between subjects (lead -> contact, quote -> order, ...) are no foreign keys anywhere in
-- the tables of subjects: every check would lock the row referred to, out of the one order in which all
-- workers lock, and subjects are never deleted, so that there is nothing to protect. `audit` checks
-- them. Parts have a foreign key to their root, whose lock the transaction holds already.
--
-- Collation "C" on natural keys: bytes in order, as Rust sorts them and whatever the system's libc
-- says, so that the order of locks is the same for everybody and for ever.

CREATE TABLE party_key (
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('company', 'email', 'phone', 'tax_id', 'thread')),
    value text COLLATE "C" NOT NULL CHECK (value <> ''),
    lead uuid,
    contact uuid,
    account uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    modified_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, value)
) WITH (fillfactor = 60);
COMMENT ON TABLE party_key IS
    'The keys by which two enquiries are recognised as one party; claimed, then locked, before anything is made for them; a thread (Message-ID) has a lead only. A row without lead, contact and account was claimed by a batch that made nothing of it.';

CREATE TABLE account (
    id uuid PRIMARY KEY,
    sequence bigint NOT NULL CHECK (sequence >= 0),
    name text NOT NULL,
    tax_id text,
    website text,
    phone text,
    address jsonb,
    originating_lead uuid,
    state text NOT NULL CHECK (state IN ('active', 'inactive')),
    inactive_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    modified_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'inactive') = (inactive_at IS NOT NULL))
) WITH (fillfactor = 90);
COMMENT ON TABLE account IS 'Organisations that buy (D365: account).';

CREATE TABLE contact (
    id uuid PRIMARY KEY,
    sequence bigint NOT NULL CHECK (sequence >= 0),
    given_name text,
    family_name text,
    job_title text,
    emails jsonb NOT NULL CHECK (jsonb_typeof(emails) = 'array'),
    phones jsonb NOT NULL CHECK (jsonb_typeof(phones) = 'array'),
    address jsonb,
    account uuid,
    originating_lead uuid,
    consent boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'inactive')),
    inactive_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    modified_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'inactive') = (inactive_at IS NOT NULL))
) WITH (fillfactor = 90);
COMMENT ON TABLE contact IS
    'Persons, of an account or alone (D365: contact). Found by their keys in party_key, therefore no index on names or addresses.';
