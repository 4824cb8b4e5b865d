//! System calls that no test needs and that sandboxes have been left by.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};

/// Refused whatever their arguments.
const REFUSED: &[(&str, i64)] = &[
    ("ptrace", libc::SYS_ptrace),
    ("process_vm_readv", libc::SYS_process_vm_readv),
    ("process_vm_writev", libc::SYS_process_vm_writev),
    ("pidfd_getfd", libc::SYS_pidfd_getfd),
    ("mount", libc::SYS_mount),
    ("umount2", libc::SYS_umount2),
    ("move_mount", libc::SYS_move_mount),
    ("open_tree", libc::SYS_open_tree),
    ("fsopen", libc::SYS_fsopen),
    ("fsmount", libc::SYS_fsmount),
    ("mount_setattr", libc::SYS_mount_setattr),
    ("pivot_root", libc::SYS_pivot_root),
    ("chroot", libc::SYS_chroot),
    ("unshare", libc::SYS_unshare),
    ("setns", libc::SYS_setns),
    ("bpf", libc::SYS_bpf),
    ("perf_event_open", libc::SYS_perf_event_open),
    ("userfaultfd", libc::SYS_userfaultfd),
    ("io_uring_setup", libc::SYS_io_uring_setup),
    ("open_by_handle_at", libc::SYS_open_by_handle_at),
    ("name_to_handle_at", libc::SYS_name_to_handle_at),
    ("keyctl", libc::SYS_keyctl),
    ("add_key", libc::SYS_add_key),
    ("request_key", libc::SYS_request_key),
    ("init_module", libc::SYS_init_module),
    ("finit_module", libc::SYS_finit_module),
    ("delete_module", libc::SYS_delete_module),
    ("kexec_load", libc::SYS_kexec_load),
    ("reboot", libc::SYS_reboot),
    ("swapon", libc::SYS_swapon),
    ("swapoff", libc::SYS_swapoff),
    ("acct", libc::SYS_acct),
    ("quotactl", libc::SYS_quotactl),
    ("sethostname", libc::SYS_sethostname),
    ("setdomainname", libc::SYS_setdomainname),
    ("settimeofday", libc::SYS_settimeofday),
    ("clock_settime", libc::SYS_clock_settime),
];

/// What [`super::policy`] shows of it.
pub const NAMES: &[(&str, i64)] = REFUSED;

/// Filters what this process and all its children may call. `landlock`: there are no namespaces,
/// so the filter also keeps off the network; for a submission's own program (`Some(true)`), it
/// keeps every process in the group that is ended as a whole.
pub fn enter(landlock: Option<bool>) -> Result<(), String> {
    let mut refused: BTreeMap<i64, Vec<SeccompRule>> =
        REFUSED.iter().map(|(_, number)| (*number, Vec::new())).collect();
    refused.insert(libc::SYS_clone, vec![rule(vec![new_namespace()?])?]);
    if let Some(strict) = landlock {
        refused.insert(libc::SYS_socket, vec![rule(vec![other_than_unix()?])?]);
        if strict {
            refused.insert(libc::SYS_setsid, Vec::new());
            refused.insert(libc::SYS_setpgid, Vec::new());
            // Where it runs as the grader's own user, its program is its own, and must stay
            // unreadable.
            refused.insert(libc::SYS_fchmod, Vec::new());
            refused.insert(libc::SYS_fchmodat, Vec::new());
            refused.insert(libc::SYS_fchmodat2, Vec::new());
            #[cfg(target_arch = "x86_64")]
            refused.insert(libc::SYS_chmod, Vec::new());
        }
    }
    apply(refused, libc::EPERM)?;
    // Its flags are in memory, where a filter cannot look; libraries then use `clone`.
    apply(BTreeMap::from([(libc::SYS_clone3, Vec::new())]), libc::ENOSYS)
}

fn new_namespace() -> Result<SeccompCondition, String> {
    let user = u64::try_from(libc::CLONE_NEWUSER).unwrap_or_default();
    condition(0, SeccompCmpOp::MaskedEq(user), user)
}

fn other_than_unix() -> Result<SeccompCondition, String> {
    condition(0, SeccompCmpOp::Ne, u64::try_from(libc::AF_UNIX).unwrap_or_default())
}

fn condition(argument: u8, how: SeccompCmpOp, value: u64) -> Result<SeccompCondition, String> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, how, value).map_err(|e| e.to_string())
}

fn rule(conditions: Vec<SeccompCondition>) -> Result<SeccompRule, String> {
    SeccompRule::new(conditions).map_err(|e| e.to_string())
}

fn apply(rules: BTreeMap<i64, Vec<SeccompRule>>, errno: i32) -> Result<(), String> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|e| e.to_string())?;
    let refuse = SeccompAction::Errno(u32::try_from(errno).unwrap_or(1));
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch);
    let program: BpfProgram =
        filter.and_then(TryInto::try_into).map_err(|e| format!("seccomp: {e}"))?;
    apply_filter(&program).map_err(|e| format!("seccomp: {e}"))
}
