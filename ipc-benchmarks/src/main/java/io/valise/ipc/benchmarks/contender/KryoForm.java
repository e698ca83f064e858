package io.valise.ipc.benchmarks.contender;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Maps by Kryo, as its documentation advises: classes registered, references off, one output and one input used again.
 * Used by one thread.
 */
public final class KryoForm {
    private final Kryo kryo = new Kryo();
    private final Output output = new Output(4_096);
    private final Input input = new Input();

    /** A form for maps of strings, numbers and truth values. */
    public KryoForm() {
        kryo.setReferences(false);
        kryo.setRegistrationRequired(true);
        kryo.register(LinkedHashMap.class);
    }

    /** Writes a map over what was written before; returns its bytes' number. */
    public int encode(Map<String, Object> map) {
        output.reset();
        kryo.writeObject(output, map);
        return output.position();
    }

    /** Reads the map that was written last. */
    @SuppressWarnings("unchecked")
    public Map<String, Object> decode() {
        input.setBuffer(output.getBuffer(), 0, output.position());
        return kryo.readObject(input, LinkedHashMap.class);
    }
}
