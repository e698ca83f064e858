package io.valise.ipc.cli.servers;

import io.valise.ipc.ValueSet;
import java.util.List;
import java.util.Optional;

/**
 * An application that something of this user names. Immutable.
 *
 * @param id its id
 * @param publisher the name of its publisher's key file, where this user has that
 * @param places what names it
 */
public record KnownApplication(String id, Optional<String> publisher, List<String> places) {
    /** Takes a copy of the list. */
    public KnownApplication {
        places = List.copyOf(places);
    }

    /** Whether a text is part of its id, of its publisher's name, or of a place. */
    public boolean matches(String text) {
        return id.contains(text)
                || publisher.filter(name -> name.contains(text)).isPresent()
                || places.stream().anyMatch(place -> place.contains(text));
    }

    /** For JSON. */
    public ValueSet toValueSet() {
        ValueSet.Builder known = ValueSet.builder().put("id", id);
        publisher.ifPresent(name -> known.put("publisher", name));
        return known.put("foundIn", places.toArray(String[]::new)).build();
    }
}
