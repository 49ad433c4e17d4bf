-- Until when somebody waits at their step at most; `wake_at` may come before, to look again whether a rule holds by now.
alter table journey_runs add column until_at timestamptz;
