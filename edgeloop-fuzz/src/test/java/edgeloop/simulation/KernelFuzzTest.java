package edgeloop.simulation;

import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * Jazzer makes the choices that a seed makes otherwise: what peers and handlers do, what the kernel
 * answers, which faults strike. The rules are those of every seed.
 *
 * <p>A seed draws blindly. This is led by the branches that are taken, in the library and in the
 * simulation, to rare states that blind draws reach seldom.
 */
class KernelFuzzTest {
    private final SeedRunner runner = new SeedRunner();

    @FuzzTest(maxDuration = "60s")
    void noRuleIsBroken(byte[] script) throws Throwable {
        Throwable failure = runner.run(Case.of(0), Choices.ofBytes(script), null);
        if (failure != null) {
            throw failure;
        }
    }
}
