package io.valise.ipc.benchmarks;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.benchmarks.contender.Quotes;

/**
 * The program that {@link ColdStart} starts: connects, sends one request, prints a line. Without an argument it only
 * prints the line.
 */
final class ColdStartClient {
    private ColdStartClient() {}

    public static void main(String[] args) {
        if (args.length > 0) {
            try (IpcConnection connection = IpcClient.connect(args[0])) {
                ask(connection);
                System.out.println("ANSWERED");
            }
        } else {
            System.out.println("ANSWERED");
        }
    }

    private static void ask(IpcConnection connection) {
        if (connection.request("quote", Quotes.valueSet()).getDouble("ask") != 101.5) {
            throw new IllegalStateException("a wrong answer");
        }
    }
}
