"""What a sender may do to the receiving half: malformed JSON, fuzzing, the contract, and the same message again."""
