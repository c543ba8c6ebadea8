"""The school year as data: milestones, holidays and test periods, and what is to be done before each."""
