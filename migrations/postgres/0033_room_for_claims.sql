-- A callback's row is changed twice within moments, when it is taken up and when it is done: with room beside it the new row lies
-- on the same page, and taking it up touches no index.
alter table wecom_inbox set (fillfactor = 75);
