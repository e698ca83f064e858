package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.internal.frame.Frames;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The other end of a session, acted by the test frame by frame. */
final class ScriptedPeer {
    private final ScriptedLink link;

    ScriptedPeer(ScriptedLink link) {
        this.link = link;
    }

    ScriptedLink link() {
        return link;
    }

    ScriptedPeer send(RawFrame... frames) {
        for (RawFrame frame : frames) {
            link.put(frame.bytes());
        }
        return this;
    }

    /** Like {@link #send}, so that one poll reads them all. */
    ScriptedPeer sendTogether(RawFrame... frames) {
        link.put(Stream.of(frames).map(RawFrame::bytes).toArray(byte[][]::new));
        return this;
    }

    ScriptedPeer sendBytes(byte... frame) {
        link.put(frame);
        return this;
    }

    /** Dies without GOAWAY. */
    void end() {
        link.end();
    }

    /** The next frame of the session; fails when it has closed the link instead. */
    RawFrame next() throws InterruptedException {
        byte[] frame = link.take();
        assertThat(frame).as("a frame, not the end of the link").isNotNull();
        return RawFrame.parse(frame);
    }

    /** The next frame of a kind; the others are dropped. */
    RawFrame next(int kind) throws InterruptedException {
        RawFrame frame = next();
        while (frame.kind() != kind) {
            frame = next();
        }
        return frame;
    }

    /** All frames up to the end of the link. */
    List<RawFrame> rest() throws InterruptedException {
        List<RawFrame> all = new ArrayList<>();
        for (byte[] frame = link.take(); frame != null; frame = link.take()) {
            all.add(RawFrame.parse(frame));
        }
        return all;
    }

    /** Waits until the session has closed the link; returns its GOAWAY, if it said one. */
    @Nullable RawFrame goaway() throws InterruptedException {
        RawFrame goaway = null;
        for (RawFrame frame : rest()) {
            goaway = frame.kind() == Frames.GOAWAY ? frame : goaway;
        }
        return goaway;
    }

    /** Says HELLO and hears the WELCOME. */
    ScriptedPeer greet() throws InterruptedException {
        return greet(1);
    }

    /** Says HELLO, of up to a version, and hears the WELCOME. */
    ScriptedPeer greet(int highest) throws InterruptedException {
        send(RawFrame.hello(1, highest));
        assertThat(next().kind()).isEqualTo(Frames.WELCOME);
        return this;
    }

    /** Hears the HELLO of a client and welcomes it. */
    ScriptedPeer welcome() throws InterruptedException {
        return welcome(1);
    }

    /** Hears the HELLO of a client and welcomes it in a version. */
    ScriptedPeer welcome(int version) throws InterruptedException {
        RawFrame hello = next();
        assertThat(hello.kind()).isEqualTo(Frames.HELLO);
        return send(RawFrame.welcome(hello.id(), version));
    }
}
