package io.valise.examples.users;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;

/** Asks a service of another account. */
public final class UserPrice {
    private UserPrice() {}

    /** Takes no arguments. */
    public static void main(String[] arguments) {
        try (IpcConnection quotes = IpcClient.connect("system:quotes")) {
            String account = quotes.peer().user().orElseThrow(); // told by the kernel
            ValueSet reply = quotes.request("price", ValueSet.empty());
            System.out.println(account + " says " + reply.getDouble("bid") + " to " + reply.getString("for"));
        } catch (IpcException e) { // ACCESS_DENIED: the group or the policy has not this user
            System.out.println(e.getMessage());
        }
    }
}
