-- Approval by a second person, as mass messages have it, for moments and journeys too.
alter table moments drop constraint moments_state_check;
alter table moments add constraint moments_state_check check (
  state in ('draft', 'review', 'scheduled', 'calling', 'unknown', 'creating', 'published', 'cancelled', 'failed'));
alter table moments
  -- Who made and changed it; none of them approves it.
  add column makers int[] not null default '{}',
  add column made_by text,
  add column receivers int,
  add column review_note text,
  add column approved_by text,
  add column approved_at timestamptz,
  add column approved_receivers int;

alter table journeys
  -- Who made and changed the drawing since it was published last.
  add column makers int[] not null default '{}',
  -- The drawing that waits for a second person, with how it is to be started.
  add column review jsonb,
  add column review_note text;
alter table journey_versions add column approved_by text;
