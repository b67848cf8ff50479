"""A whole notebook as a job: with nbclient and ipykernel, where the job has them."""
