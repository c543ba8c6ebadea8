"""What a school asks once results are in: whose advice must be reconsidered, and is everything there."""
