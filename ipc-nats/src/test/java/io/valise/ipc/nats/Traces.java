package io.valise.ipc.nats;

import java.io.PrintWriter;
import java.io.StringWriter;

/** What a program prints that logs a failure with its causes. Stateless. */
final class Traces {
    private Traces() {}

    static String of(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
