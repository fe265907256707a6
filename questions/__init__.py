"""What can be asked: courses, lessons, concepts, and a bank of versioned items. Knows nothing of students."""
