-- What waits for somebody's word is asked for by every overview that is opened, and is little beside all that was ever sent.
create index messages_in_review on messages (tenant_id) where state = 'review';
create index moments_in_review on moments (tenant_id) where state = 'review';
