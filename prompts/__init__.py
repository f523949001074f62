"""Every word a model reads or a question says, as files beside this one."""
