package io.valise.ipc.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.valise.ipc.cli.text.Colours;
import java.io.PrintWriter;
import java.io.StringWriter;

/** The command run in this process: its exit status and what it wrote. */
record CommandRun(int status, String out, String err) {
    static CommandRun of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Ipc.run(new PrintWriter(out), new PrintWriter(err), Colours.NONE, arguments);
        return new CommandRun(status, out.toString(), err.toString());
    }

    /** Its output as another parser reads it. */
    JsonNode json() {
        try {
            return new ObjectMapper().readTree(out);
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + out + err, e);
        }
    }
}
