"""What is decided, under the envelope: proposals, decisions, their sealed PDFs and notification."""
