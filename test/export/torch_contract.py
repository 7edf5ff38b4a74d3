"""Holds exported PyTorch optimizers to what torch.optim promises: a JSON document of texts on stdin, what is broken on stdout, by class."""

import copy
import io
import json
import sys

import torch


def made(case, params, **more):
    namespace = {"__name__": "exported"}
    exec(compile(case["code"], "exported.py", "exec"), namespace)
    return namespace[case["class"]](params, **case["arguments"], **more)


def parameters(sizes=(3, 4)):
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(size, generator=generator, dtype=torch.float64, requires_grad=True) for size in sizes]


def train(optimizer, params, steps, first=0, sign=1.0):
    for step in range(first, first + steps):
        generator = torch.Generator().manual_seed(step)
        for param in params:
            param.grad = sign * torch.randn(param.shape, generator=generator, dtype=torch.float64)
        optimizer.step()
    return torch.cat([param.detach() for param in params])


def trained(case, steps=20, **more):
    params = parameters()
    return train(made(case, params, **more), params, steps)


def same(a, b):
    return torch.equal(torch.nan_to_num(a), torch.nan_to_num(b))


def refusal(call):
    try:
        call()
    except (ValueError, RuntimeError) as error:
        return str(error)
    return ""


def groups_have_their_own_rates(case):
    for foreach in (False, True):
        params, apart = parameters(), parameters()
        groups = [{"params": params[:1], "lr": 0.1}, {"params": params[1:], "lr": 0.01}]
        together = train(made(case, groups, foreach=foreach), params, 10)
        alone = [made(case, apart[i : i + 1], lr=lr, foreach=foreach) for i, lr in enumerate((0.1, 0.01))]
        for step in range(10):
            generator = torch.Generator().manual_seed(step)
            for param, optimizer in zip(apart, alone):
                param.grad = torch.randn(param.shape, generator=generator, dtype=torch.float64)
                optimizer.step()
        if not same(together, torch.cat([param.detach() for param in apart])):
            return False
    return True


def paths_are_equal(case):
    return torch.allclose(
        trained(case, foreach=False), trained(case, foreach=True), rtol=1e-12, atol=1e-12, equal_nan=True
    )


def maximizing_is_minimizing_the_opposite(case):
    for foreach in (False, True):
        params = parameters()
        opposite = train(made(case, params, foreach=foreach, maximize=True), params, 20, sign=-1.0)
        if not same(opposite, trained(case, foreach=foreach)):
            return False
    return True


def state_is_saved_and_loaded(case):
    for foreach in (False, True):
        params = parameters()
        optimizer = made(case, params, foreach=foreach)
        train(optimizer, params, 10)
        buffer = io.BytesIO()
        torch.save(optimizer.state_dict(), buffer)
        buffer.seek(0)
        other = made(case, params, foreach=foreach)
        other.load_state_dict(torch.load(buffer))
        if not same(train(other, params, 10, first=10), trained(case, foreach=foreach)):
            return False
    return True


def a_copy_goes_on(case):
    params = parameters()
    optimizer = made(case, params)
    train(optimizer, params, 10)
    copied = copy.deepcopy(optimizer)
    found = train(copied, copied.param_groups[0]["params"], 10, first=10)
    return same(found, train(optimizer, params, 10, first=10))


def states_of_older_versions_are_read(case):
    params = parameters()
    optimizer = made(case, params)
    train(optimizer, params, 10)
    state = optimizer.state_dict()
    for one in state["state"].values():
        one["step"] = int(one["step"])
    for group in state["param_groups"]:
        del group["foreach"], group["maximize"], group["capturable"], group["differentiable"]
    other = made(case, params)
    other.load_state_dict(state)
    return same(train(other, params, 10, first=10), trained(case))


def capturable_is_the_same_or_refused(case):
    message = refusal(lambda: made(case, parameters(), capturable=True))
    if case["hosted"]:
        return message != ""
    # The count of steps is float32 on the device, as torch's own: its bias corrections are that exact.
    close = {"rtol": 1e-4, "atol": 1e-6, "equal_nan": True}
    return message == "" and all(
        torch.allclose(trained(case, capturable=True, foreach=foreach), trained(case), **close)
        for foreach in (False, True)
    )


def parameters_without_gradients_are_skipped(case):
    for foreach in (False, True):
        params = parameters()
        before = params[0].detach().clone()
        optimizer = made(case, params, foreach=foreach)
        params[1].grad = torch.ones_like(params[1])
        optimizer.step()
        if not same(params[0].detach(), before) or params[0] in optimizer.state:
            return False
    params = parameters()
    made(case, params, foreach=True).step()
    return True


def sparse_gradients_are_refused(case):
    param = torch.zeros(3, requires_grad=True)
    optimizer = made(case, [param])
    param.grad = torch.sparse_coo_tensor([[1]], [1.0], (3,))
    return "does not support sparse gradients" in refusal(optimizer.step)


def complex_parameters_are_refused(case):
    param = torch.zeros(3, dtype=torch.complex64, requires_grad=True)
    optimizer = made(case, [param])
    param.grad = torch.zeros(3, dtype=torch.complex64)
    return "does not support complex" in refusal(optimizer.step)


def arguments_are_checked(case):
    return refusal(lambda: made(case, parameters(), lr=-1.0)) == "Invalid learning rate: -1.0"


def a_closure_is_called(case):
    params = parameters()
    return made(case, params).step(lambda: 4.0) == 4.0


def schedulers_set_the_rate(case):
    params, other = parameters(), parameters()
    optimizer = made(case, params, lr=0.1)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    train(optimizer, params, 1)
    schedule.step()
    reference = made(case, other, lr=0.1)
    train(reference, other, 1)
    reference.param_groups[0]["lr"] = 0.05
    return same(train(optimizer, params, 3, first=1), train(reference, other, 3, first=1))


PROMISES = [
    groups_have_their_own_rates,
    paths_are_equal,
    maximizing_is_minimizing_the_opposite,
    state_is_saved_and_loaded,
    a_copy_goes_on,
    states_of_older_versions_are_read,
    capturable_is_the_same_or_refused,
    parameters_without_gradients_are_skipped,
    sparse_gradients_are_refused,
    complex_parameters_are_refused,
    arguments_are_checked,
    a_closure_is_called,
    schedulers_set_the_rate,
]


def main():
    broken = []
    for case in json.load(sys.stdin):
        for promise in PROMISES:
            # Groups of a rule that reduces over the network have no step alone.
            if case["network"] and promise is groups_have_their_own_rates:
                continue
            try:
                kept = promise(case)
            except Exception as error:  # said with the promise that it belongs to
                kept = f"{type(error).__name__}: {error}"
            if kept is not True:
                broken.append(f"{case['title']}: {promise.__name__}: {kept}")
    json.dump({"promises": len(PROMISES), "broken": broken}, sys.stdout)


main()
