-- What an unknown job that Twilio does not list comes to by itself: one more answer than a flag can hold.
alter table accounts add column not_found_means text not null default 'unknown';
update accounts set not_found_means = 'not_sent' where not_found_means_not_sent = 1;
alter table accounts drop column not_found_means_not_sent;
