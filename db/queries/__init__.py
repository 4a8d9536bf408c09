"""Every read and write the code needs, one module per subject; typed in, typed out."""
