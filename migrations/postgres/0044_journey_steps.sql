-- Until when somebody waits at their step at most; `wake_at` may come before, to look again whether a rule holds by now.
alter table journey_runs add column until_at timestamptz;

-- Of a moment that a step of a journey asks for: colleagues are gathered in it until it is asked for.
alter table moments add column source_journey int, add column source_step text;
create index moments_source on moments (tenant_id, source_journey, source_step, created_at) where source_journey is not null;
