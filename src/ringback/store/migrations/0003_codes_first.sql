-- Waiting jobs that go before others are found behind however long a queue.
create index jobs_first on jobs (turn_at, id) where state = 'waiting' and priority > 0;
