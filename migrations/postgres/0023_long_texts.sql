-- The pairs of a text's first two thousand letters. Letter by letter out of the middle of a text takes as long as the text is:
-- somebody with a name of a megabyte kept the database busy for hours.
create or replace function letter_pairs(text text) returns text language sql immutable parallel safe as $$
  select coalesce(string_agg(distinct one.letter || two.letter, chr(1)), '')
  from unnest(string_to_array(left(text, 2000), null)) with ordinality as one(letter, place)
  join unnest(string_to_array(left(text, 2000), null)) with ordinality as two(letter, place) on two.place = one.place + 1
$$;
