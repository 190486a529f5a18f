"""The embedded default: the template that is deployed to AWS, run on a local AWS without Docker."""
