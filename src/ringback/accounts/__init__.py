"""Connected accounts: connect, test, change, rotate, remove, and open one for use."""
