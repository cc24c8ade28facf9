-- What the tables that all workers share need so that each role keeps to its own rows; the policies
-- themselves are made by `leadmill grants`, with the roles.

-- Every timer so far was quoting's, and the older program, which does not name the planner, plans
-- nothing else.
ALTER TABLE schedule ADD COLUMN worker text COLLATE "C" NOT NULL DEFAULT 'quoting';
COMMENT ON COLUMN schedule.worker IS 'Who planned it: the clock says of it only what that worker may plan.';

-- Dead letters are parked under the name of whoever parks them, the clock.
UPDATE parked SET worker = 'clock' WHERE worker = 'dead_letters';
