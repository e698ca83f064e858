package io.valise.ipc.services.launch;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.json.JsonFault;
import io.valise.ipc.services.json.ValueSetJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The line of JSON that a child receives over its standard input. Immutable.
 *
 * @param endpoint the launcher's address
 * @param secret the secret that admits the child
 * @param maxMessageBytes the message limit of both ends
 */
record LaunchTicket(String endpoint, String secret, int maxMessageBytes) {
    private static final int MOST_BYTES = 1024;

    byte[] line() {
        ValueSet line = ValueSet.of("endpoint", endpoint, "secret", secret, "maxMessageBytes", maxMessageBytes);
        return (ValueSetJson.write(line) + '\n').getBytes(StandardCharsets.UTF_8);
    }

    /** Reads the line and no byte more: the rest is for the program. */
    static LaunchTicket read(InputStream input) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            for (int b = input.read(); b >= 0 && b != '\n' && line.size() < MOST_BYTES; b = input.read()) {
                line.write(b);
            }
            ValueSet ticket = ValueSetJson.read(line.toString(StandardCharsets.UTF_8));
            return new LaunchTicket(
                    ticket.getString("endpoint"), ticket.getString("secret"), ticket.getInt("maxMessageBytes"));
        } catch (JsonFault | IpcException | java.util.NoSuchElementException | IOException e) {
            throw new IpcException(
                    IpcStatus.AUTHENTICATION_FAILED,
                    "standard input: expected a launch ticket of one line, got something else: was this program started by"
                            + " a launcher?",
                    Delivery.NOT_SENT,
                    e);
        }
    }

    /** Shows the address, but not the secret. */
    @Override
    public String toString() {
        return "ticket for " + endpoint;
    }
}
