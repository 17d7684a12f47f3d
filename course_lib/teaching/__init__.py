"""The exercises of every lesson, one file a lesson, and the judges that check the answers."""
