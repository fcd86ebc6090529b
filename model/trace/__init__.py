"""What happened: the vocabulary of events, their columns, their fingerprint and their story."""
