-- Why a message ended before everybody was written to, where it was not an emergency stop: the code of what refused.
alter table messages add column stop_reason text;
