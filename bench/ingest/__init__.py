"""What is counted of payloads on their way in: what is read of them, and what is kept out."""
