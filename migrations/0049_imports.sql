-- Collections are few among the inputs, and listed by their age.
CREATE INDEX input_split ON input (id) WHERE verdict = 'split';
