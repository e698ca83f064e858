package io.valise.ipc.loopback.connect;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;

/**
 * One of the two addresses by which a machine reaches itself and no other machine reaches it (RFC 1122 3.2.1.3, RFC
 * 4291 2.5.3). Immutable.
 */
record Loopback(ProtocolFamily family, InetAddress address) {
    static final Loopback V4 = of(StandardProtocolFamily.INET, 127, 0, 0, 1);
    static final Loopback V6 = of(StandardProtocolFamily.INET6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

    /** Whether a connection from there comes over the loopback interface: a second lock behind the addresses bound. */
    static boolean isFromHere(InetAddress from) {
        return from.isLoopbackAddress();
    }

    /**
     * What both ends call a connection: its addresses, so that the proofs which a relay carries match no connection,
     * and the endpoint's name.
     */
    static String context(String name, SocketAddress client, SocketAddress server) {
        return "loopback:" + name + ' ' + text(client) + '>' + text(server);
    }

    /** An address in one spelling on both ends, whatever names and scopes they know. */
    private static String text(SocketAddress address) {
        InetSocketAddress tcp = (InetSocketAddress) address;
        return (tcp.getAddress() instanceof Inet4Address ? "127.0.0.1" : "::1") + '/' + tcp.getPort();
    }

    private static Loopback of(ProtocolFamily family, int... address) {
        byte[] bytes = new byte[address.length];
        for (int i = 0; i < address.length; i++) {
            bytes[i] = (byte) address[i];
        }
        try {
            return new Loopback(family, InetAddress.getByAddress(bytes));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are an address", e);
        }
    }
}
