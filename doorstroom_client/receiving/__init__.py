"""The receiving half: results that suppliers push to the LAS."""
