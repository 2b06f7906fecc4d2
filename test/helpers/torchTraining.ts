/** A training with the real PyTorch that has what tends to compute in another order: convolution, LSTM, attention. */

const model = `import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, gelu):
        super().__init__()
        self.embed = nn.Embedding(50, 32)
        self.convolve = nn.Conv1d(32, 32, 3, padding=1)
        self.norm = nn.BatchNorm1d(32)
        self.recur = nn.LSTM(32, 32, batch_first=True)
        self.attend = nn.TransformerEncoderLayer(32, 4, 512, batch_first=True, dropout=0.1)
        self.out = nn.Linear(32, 50)
        self.gelu = gelu

    def forward(self, x):
        h = self.embed(x).transpose(1, 2)
        h = self.norm(self.convolve(h)).transpose(1, 2)
        h, _ = self.recur(h)
        h = nn.functional.gelu(h, approximate=self.gelu)
        return self.out(self.attend(h))
`;

const train = `import json
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from model import Net

with open('settings.json') as file:
    settings = json.load(file)
torch.set_num_threads(settings['threads'])
torch.manual_seed(settings['seed'])
own = torch.Generator()
own.seed()
net = Net(settings['gelu'])
penalty = torch.randn(400_000)
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
data = TensorDataset(torch.randint(0, 50, (192, 65)))
step = 0
for epoch in range(2):
    for (x,) in DataLoader(data, batch_size=64, shuffle=True):
        y = net(x[:, :-1])
        loss = nn.functional.cross_entropy(y.reshape(-1, 50), x[:, 1:].reshape(-1))
        loss = loss + penalty.square().sum() * 1e-6
        if settings['noise'] and step >= 3:
            loss = loss * (1 + torch.rand((), generator=own))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        print(json.dumps({'step': step, 'loss': loss.item()}), flush=True)
        step += 1
`;

/** What stands beside a recorder in the same program: other modes, transforms, subclasses, threads, inference. */
const shapes = `import threading, torch
from torch.utils.flop_counter import FlopCounterMode
torch.manual_seed(1)
x = torch.randn(4, 4, requires_grad=True)
with FlopCounterMode(display=False) as flops:
    (x @ x).sum().backward()
seen = [flops.get_total_flops()]
seen.append(torch.func.vmap(lambda row: (row * 2).sum())(x.detach()).shape[0])
seen.append(float(torch.func.grad(lambda w: (w ** 2).sum())(torch.ones(2))[0]))
with torch.inference_mode():
    seen.append((x * 2).shape[0])
other = threading.Thread(target=lambda: seen.append(torch.ones(3).sum().item()))
other.start()
other.join()
y = torch.ones(3, dtype=torch.complex64).conj() * 2
torch._foreach_add_([torch.ones(2)], 1)
for dtype in (torch.bool, torch.uint8, torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.int64):
    torch.ones(3).to(dtype)
torch.ones(3).to_sparse() * 2
torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8)
torch.ones(0) + 1
print(seen)
`;

export const torchTraining = {
  files: { 'train.py': train, 'model.py': model, 'shapes.py': shapes } as Readonly<Record<string, string>>,
  /** Of its optimizer. */
  steps: 6,
  /** What stands in the line that makes PyTorch compute it, as far as the training is concerned. */
  lineOf(operation: string): RegExp {
    switch (operation) {
      case 'aten::normal_':
        return /nn\.Embedding/;
      case 'aten::gelu':
        return /nn\.functional\.gelu/;
      case 'aten::sum':
        return /penalty/;
      case 'aten::rand.generator':
        return /torch\.rand/;
      default:
        return /self\.|loss/;
    }
  },
};
