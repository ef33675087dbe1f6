//! Reads JSON frames into plain serde structs, exactly.
