package edgeloop.cli;

import edgeloop.Addresses;
import edgeloop.ServerOptions;
import edgeloop.SyscallException;
import java.net.InetAddress;

/** Says why a server could not start, and what to do about it. */
final class StartFailure {
    private StartFailure() {}

    static String describe(SyscallException e, ServerOptions options) {
        return describe(e, options, "--port");
    }

    /**
     * The same of a server whose port is another option's.
     *
     * @param port that option
     */
    static String describe(SyscallException e, ServerOptions options, String port) {
        InetAddress address = options.bindAddress();
        String place =
                (address == null ? "" : Addresses.format(address) + " ") + "port " + options.port();
        if (EngineWords.isOfRing(e)) {
            return EngineWords.refused(e);
        }
        String cause = " (" + e.errnoName() + ")";
        return switch (e.errnoName()) {
            case "EADDRINUSE" ->
                    "cannot listen on "
                            + place
                            + ": another socket has it"
                            + (options.reusePort() ? " and does not share it" : "")
                            + cause
                            + (options.reusePort()
                                    ? "; each server needs --reuse-port and the same user"
                                    : "; choose another " + port)
                            + ", or find its owner with: ss -ltnp sport = :"
                            + options.port();
            case "EACCES" ->
                    "cannot listen on "
                            + place
                            + ": no permission"
                            + cause
                            + "; low ports need root or CAP_NET_BIND_SERVICE, choose another "
                            + port;
            case "EADDRNOTAVAIL" ->
                    "cannot listen on "
                            + place
                            + ": not an address of this machine"
                            + cause
                            + "; choose one that \"ip address\" lists, or leave --bind out";
            case "EMFILE", "ENFILE" ->
                    "no descriptor is free" + cause + "; raise the limit with: ulimit -n";
            case "ENOSYS", "EPERM" ->
                    "the kernel refuses "
                            + e.call()
                            + cause
                            + "; a seccomp filter, as of a container, must allow it";
            default -> "cannot listen on " + place + ": " + e.getMessage();
        };
    }
}
