//! The machine's name, for the manifest, locks and temporary names.

use std::fs;

/// The name of this machine; "unknown" where the system does not tell.
pub fn host_name() -> String {
    let told =
        fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| fs::read_to_string("/etc/hostname"));
    let variable = || std::env::var("HOSTNAME").or_else(|_| std::env::var("COMPUTERNAME"));
    let name = told.ok().or_else(|| variable().ok()).map(|name| name.trim().to_owned());
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".into())
}
