"""总咨询台 and counter staff: what they do for people who do not book by themselves."""
