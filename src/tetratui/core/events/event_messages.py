"""The messages of Tetragon's events: their fields with types and numbers, as its API has them.

They are facts of all supported versions together: a field that is younger than 1.3 carries its first version.
"""

from __future__ import annotations

# One message a block: its name, then `number name type [since]`; `*` repeats, `map` is text to text, `?` is in the
# oneof, whose fields must stand together.
MESSAGES = """
Image: 1 id string, 2 name string
SecurityContext: 1 privileged bool
Container: 1 id string, 2 name string, 3 image Image, 4 start_time Timestamp, 5 pid UInt32Value, 13 maybe_exec_probe
  bool, 14 security_context SecurityContext 1.5
Pod: 1 namespace string, 2 name string, 3 uid string 1.6, 4 container Container, 5 pod_labels map, 6 workload string,
  7 workload_kind string, 8 pod_annotations map 1.5
Capabilities: 1 permitted *CapabilitiesType, 2 effective *CapabilitiesType, 3 inheritable *CapabilitiesType
Namespace: 1 inum uint32, 2 is_host bool
Namespaces: 1 uts Namespace, 2 ipc Namespace, 3 mnt Namespace, 4 pid Namespace, 5 pid_for_children Namespace, 6 net
  Namespace, 7 time Namespace, 8 time_for_children Namespace, 9 cgroup Namespace, 10 user Namespace
UserNamespace: 1 level Int32Value, 2 uid UInt32Value, 3 gid UInt32Value, 4 ns Namespace
ProcessCredentials: 1 uid UInt32Value, 2 gid UInt32Value, 3 euid UInt32Value, 4 egid UInt32Value, 5 suid UInt32Value,
  6 sgid UInt32Value, 7 fsuid UInt32Value, 8 fsgid UInt32Value, 9 securebits *SecureBitsType, 10 caps Capabilities, 11
  user_ns UserNamespace
InodeProperties: 1 number uint64, 2 links UInt32Value
FileProperties: 1 inode InodeProperties, 2 path string
BinaryProperties: 1 setuid UInt32Value, 2 setgid UInt32Value, 3 privileges_changed *ProcessPrivilegesChanged, 4 file
  FileProperties
UserRecord: 1 name string
EnvVar: 1 Key string, 2 Value string
Process: 1 exec_id string, 2 pid UInt32Value, 3 uid UInt32Value, 4 cwd string, 5 binary string, 6 arguments string, 7
  flags string, 8 start_time Timestamp, 9 auid UInt32Value, 10 pod Pod, 11 docker string, 12 parent_exec_id string, 13
  refcnt uint32, 14 cap Capabilities, 15 ns Namespaces, 16 tid UInt32Value, 17 process_credentials ProcessCredentials,
  18 binary_properties BinaryProperties, 19 user UserRecord, 20 in_init_tree BoolValue, 21 environment_variables
  *EnvVar 1.7
ProcessExec: 1 process Process, 2 parent Process, 3 ancestors *Process
ProcessExit: 1 process Process, 2 parent Process, 3 signal string, 4 status uint32, 5 time Timestamp, 6 ancestors
  *Process 1.4
KprobeSock: 1 family string, 2 type string, 3 protocol string, 4 mark uint32, 5 priority uint32, 6 saddr string, 7
  daddr string, 8 sport uint32, 9 dport uint32, 10 cookie uint64, 11 state string
KprobeSkb: 1 hash uint32, 2 len uint32, 3 priority uint32, 4 mark uint32, 5 saddr string, 6 daddr string, 7 sport
  uint32, 8 dport uint32, 9 proto uint32, 10 sec_path_len uint32, 11 sec_path_olen uint32, 12 protocol string, 13
  family string
KprobeSockaddr: 1 family string, 2 addr string, 3 port uint32
KprobeSockaddrUn: 1 family string, 2 path string
KprobeError: 1 Message string
KprobeNetDev: 1 name string
KprobePath: 1 mount string, 2 path string, 3 flags string, 4 permission string
KprobeFile: 1 mount string, 2 path string, 3 flags string, 4 permission string
KprobeTruncatedBytes: 1 bytes_arg bytes, 2 orig_size uint64
KprobeCred: 1 permitted *CapabilitiesType, 2 effective *CapabilitiesType, 3 inheritable *CapabilitiesType
KprobeLinuxBinprm: 1 path string, 2 flags string, 3 permission string
KprobeCapability: 1 value Int32Value, 2 name string
KprobeUserNamespace: 1 level Int32Value, 2 owner UInt32Value, 3 group UInt32Value, 4 ns Namespace
KprobeBpfAttr: 1 ProgType string, 2 InsnCnt uint32, 3 ProgName string
KprobeBpfProg: 1 ProgType string, 2 InsnCnt uint32, 3 ProgName string
KprobePerfEvent: 1 KprobeFunc string, 2 Type string, 3 Config uint64, 4 ProbeOffset uint64
KprobeBpfMap: 1 MapType string, 2 KeySize uint32, 3 ValueSize uint32, 4 MaxEntries uint32, 5 MapName string
SyscallId: 1 id uint32, 2 abi string
KernelModule: 1 name string, 2 signature_ok BoolValue, 3 tainted *TaintedBitsType
KprobeArgument: 18 label string, 1 string_arg ?string, 2 int_arg ?int32, 3 skb_arg ?KprobeSkb, 4 size_arg ?uint64, 5
  bytes_arg ?bytes, 6 path_arg ?KprobePath, 7 file_arg ?KprobeFile, 8 truncated_bytes_arg ?KprobeTruncatedBytes, 9
  sock_arg ?KprobeSock, 10 cred_arg ?KprobeCred, 11 long_arg ?int64, 12 bpf_attr_arg ?KprobeBpfAttr, 13 perf_event_arg
  ?KprobePerfEvent, 14 bpf_map_arg ?KprobeBpfMap, 15 uint_arg ?uint32, 16 user_namespace_arg ?KprobeUserNamespace, 17
  capability_arg ?KprobeCapability, 19 process_credentials_arg ?ProcessCredentials, 20 user_ns_arg ?UserNamespace, 21
  module_arg ?KernelModule, 22 kernel_cap_t_arg ?string, 23 cap_inheritable_arg ?string, 24 cap_permitted_arg ?string,
  25 cap_effective_arg ?string, 26 linux_binprm_arg ?KprobeLinuxBinprm, 27 net_dev_arg ?KprobeNetDev, 28 bpf_cmd_arg
  ?BpfCmd, 29 syscall_id ?SyscallId, 30 sockaddr_arg ?KprobeSockaddr 1.4, 31 bpf_prog_arg ?KprobeBpfProg 1.5, 32
  sockaddrun_arg ?KprobeSockaddrUn 1.7, 33 error_arg ?KprobeError 1.7
StackTraceEntry: 1 address uint64, 2 offset uint64, 3 symbol string, 4 module string
ProcessKprobe: 1 process Process, 2 parent Process, 3 function_name string, 4 args *KprobeArgument, 5 return
  KprobeArgument, 6 action KprobeAction, 7 kernel_stack_trace *StackTraceEntry, 8 policy_name string, 9 return_action
  KprobeAction, 10 message string, 11 tags *string, 12 user_stack_trace *StackTraceEntry, 13 ancestors *Process 1.4,
  14 data *KprobeArgument 1.5
ProcessTracepoint: 1 process Process, 2 parent Process, 4 subsys string, 5 event string, 6 args *KprobeArgument, 7
  policy_name string, 8 action KprobeAction, 9 message string, 10 tags *string, 11 ancestors *Process 1.4
ProcessUprobe: 1 process Process, 2 parent Process, 3 path string, 4 symbol string, 5 policy_name string, 6 message
  string, 7 args *KprobeArgument, 8 tags *string, 9 ancestors *Process 1.4, 10 offset uint64 1.5, 11 ref_ctr_offset
  uint64 1.5, 12 action KprobeAction 1.6, 13 data *KprobeArgument 1.6
ProcessUsdt: 1 process Process, 2 parent Process, 3 path string, 4 provider string, 5 name string, 6 policy_name
  string, 7 message string, 8 args *KprobeArgument, 9 tags *string, 10 ancestors *Process, 11 action KprobeAction, 12
  flags string
ProcessLsm: 1 process Process, 2 parent Process, 3 function_name string, 5 policy_name string, 6 message string, 7
  args *KprobeArgument, 8 action KprobeAction, 9 tags *string, 10 ancestors *Process 1.4, 11 ima_hash string
ProcessLoader: 1 process Process, 2 path string, 3 buildid bytes, 4 parent Process 1.7, 5 ancestors *Process 1.7
ProcessThrottle: 1 type ThrottleType, 2 cgroup string
Test: 1 arg0 uint64, 2 arg1 uint64, 3 arg2 uint64, 4 arg3 uint64
RateLimitInfo: 1 number_of_dropped_process_events uint64
"""

ACTIONS = (
    "UNKNOWN POST FOLLOWFD SIGKILL UNFOLLOWFD OVERRIDE COPYFD GETURL DNSLOOKUP NOPOST SIGNAL TRACKSOCK UNTRACKSOCK "
    "NOTIFYENFORCER CLEANUPENFORCERNOTIFICATION SET"
)
"""What a hook's `action` may name, in the order of the numbers."""
