"""What happens by itself: messages move on, phones ring, prices appear."""
