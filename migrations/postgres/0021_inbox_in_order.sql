-- The oldest callbacks that wait are found without sorting all that wait.
create index wecom_inbox_order on wecom_inbox (id) where state = 'waiting';
