"""The words all processes share: pure data, no I/O, nothing imported from other folders."""
