(** The interaction term of a head with any number of layers of any widths, layer by layer. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry elementary.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The weights of a head from R^n to R^k.  [Last W b] is the affine map [x |-> W x + b].
    [Layer W b rest] first maps [x] to the layer [s(W x + b)], of width [m], and then continues with
    [rest].  So [Layer W1 b1 (Layer W2 b2 (.. (Last WN bN)))] is a head with [N] weight matrices, whose
    widths are arbitrary and may all differ. *)
Inductive layers (k : nat) : nat -> Type :=
| Last (n : nat) (W : mat k n) (b : vec k) : layers k n
| Layer (n m : nat) (W : mat m n) (b : vec m) (rest : layers k m) : layers k n.

(** The activation [s] applied to every coordinate. *)
Definition activate (s : R -> R) (n : nat) (a : vec n) : vec n := fun q => s (a q).

(** The head with activation [s]: [a_l = W_l x_{l-1} + b_l], [x_l = s(a_l)], [h = W_N x_{N-1} + b_N]. *)
Fixpoint head (s : R -> R) (k n : nat) (N : layers k n) : vec n -> vec k :=
  match N with
  | Last _ W b => affine W b
  | Layer _ _ W b rest => fun x => head s rest (activate s (affine W b x))
  end.

(** The diagonal matrix with the entries [p]. *)
Definition diag (n : nat) (p : vec n) : mat n n := fun i j => kron i j * p i.

(** The sum over the hidden layers [l] of [A_l^T diag(delta_l o s''(a_l)) A_l].  The argument
    [x] is the layer [x_{l-1}] as a function of the input [z] (at the start: [z] itself), so that
    [a] is [a_l] as a function of [z]; [A_l = da_l/dz] is its Jacobian, and [delta_l] is the gradient
    of [rho . h] by the layer [x_l]. *)
Fixpoint layer_sum (s : R -> R) (k n : nat) (N : layers k n) (rho : vec k) (d : nat) :
    (vec d -> vec n) -> vec d -> mat d d :=
  match N with
  | Last _ _ _ => fun _ _ => fun _ _ => 0
  | Layer _ _ W b rest => fun x z =>
      let a := fun w => affine W b (x w) in
      let A := jac a z in
      let delta := grad (fun y => dot rho (head s rest y)) (activate s (a z)) in
      addm (mulm (tr A) (mulm (diag (fun q => delta q * Derive (Derive s) (a z q))) A))
           (layer_sum s rest rho (fun w => activate s (a w)) z)
  end.

Section Layers.
Variable s : R -> R.
Hypothesis sC : C2fun s.

Lemma C2_activate n (a : vec n) : C2map (activate s (n := n)) a.
Proof. by move=> q; apply: C2_lift. Qed.

Lemma C2_head k n (N : layers k n) x : C2map (head s N) x.
Proof.
elim: N x => [{}n W b|{}n m W b rest IH] x /=; first exact: C2_affine.
apply: (C2map_comp (g := head s rest) (h := fun x => activate s (affine W b x))) => //.
by apply: C2map_comp; [exact: C2_affine | exact: C2_activate].
Qed.

Lemma jac_activate n (a : vec n) p i : jac (activate s (n := n)) a p i = kron p i * Derive s (a p).
Proof. by rewrite /jac /comp partial_lift /kron eq_sym. Qed.

Section OneLayer.
Variables (d n m : nat) (W : mat m n) (b : vec m) (x : vec d -> vec n) (z : vec d).
Hypothesis xC : C2map x z.
Let a := fun w => affine W b (x w).

Lemma preactivation_C2 : C2map a z.
Proof. by apply: C2map_comp => //; exact: C2_affine. Qed.

Lemma hess_preactivation q i j :
  hess (comp a q) z i j = \sum_(p < n) (W q p * hess (comp x p) z i j).
Proof.
have := effective_split xC (C2_affine W b (x z) q) => /(congr1 (fun A => A i j)).
rewrite /effective /comp /a => ->.
rewrite /addm /gauss_newton /interaction -[RHS]Rplus_0_l; congr (_ + _).
  rewrite /mulm -[RHS](sum0 n); apply: eq_sum => p.
  rewrite (_ : \sum_(r < n) _ = 0) ?Rmult_0_r // -[RHS](sum0 n); apply: eq_sum => r.
  by rewrite hess_affine Rmult_0_l.
apply: eq_sum => p; congr (_ * _).
exact: (congr1 (fun A : mat m n => A q p) (jac_affine W b (x z))).
Qed.

Lemma hess_layer q i j : hess (comp (fun w => activate s (a w)) q) z i j =
  Derive (Derive s) (a z q) * jac a z q i * jac a z q j + Derive s (a z q) * hess (comp a q) z i j.
Proof.
have -> : hess (comp (fun w => activate s (a w)) q) z i j =
    effective (comp (activate s (n := m)) q) a z i j by [].
rewrite (effective_split preactivation_C2 (C2_activate (a z) q)) /addm; congr (_ + _).
  rewrite /gauss_newton /mulm /tr.
  rewrite (eq_sum (G := fun r => kron q r * (Derive (Derive s) (a z q) * jac a z r i * jac a z q j))) ?sum_kron //.
  move=> r; rewrite (eq_sum (G := fun t => kron q t * (kron r q * Derive (Derive s) (a z q) * jac a z t j))) => [|t].
    by rewrite sum_kron (kronC r q); ring.
  by rewrite hess_lift (kronC t q); ring.
rewrite /interaction.
rewrite (eq_sum (G := fun r => kron q r * (Derive s (a z q) * hess (comp a r) z i j))) ?sum_kron // => r.
by rewrite /grad partial_lift (kronC r q); ring.
Qed.

Lemma delta_layer k (rest : layers k m) (rho : vec k) p :
  grad (fun y => dot rho (head s rest (activate s (affine W b y)))) (x z) p =
  \sum_(q < m) (grad (fun y => dot rho (head s rest y)) (activate s (a z)) q * Derive s (a z q) * W q p).
Proof.
have gC : C1map (fun y => activate s (affine W b y)) (x z).
  by apply: C2map_C1map; apply: C2map_comp; [exact: C2_affine | exact: C2_activate].
rewrite /grad (partial_comp (L := fun y => dot rho (head s rest y)) (h := fun y => activate s (affine W b y))) //.
  apply: eq_sum => q; rewrite Rmult_assoc; congr (_ * _).
  rewrite (jac_comp (g := activate s (n := m))).
  - rewrite /mulm (eq_sum (G := fun r => kron q r * (Derive s (a z q) * W r p))) ?sum_kron // => r.
    by rewrite jac_activate jac_affine /a; ring.
  - by apply: C2map_C1map; exact: C2_affine.
  - by apply: C2map_C1map; exact: C2_activate.
by apply: C1_comp; [apply: C2map_C1map; exact: C2_head | apply: C2_C1; exact: C2_dot].
Qed.
End OneLayer.

Lemma hess_layers k n (N : layers k n) (rho : vec k) d (x : vec d -> vec n) z i j : C2map x z ->
  hess (fun w => dot rho (head s N (x w))) z i j =
  \sum_(p < n) (grad (fun y => dot rho (head s N y)) (x z) p * hess (comp x p) z i j)
  + layer_sum s N rho x z i j.
Proof.
elim: N x => [{}n W b|{}n m W b rest IH] x xC.
  rewrite /= Rplus_0_r hess_dot_comp; last by apply: preactivation_C2.
  rewrite grad_dot_comp; last by apply: C2map_C1map; exact: C2_affine.
  under eq_sum => q do rewrite hess_preactivation // mulr_sum.
  rewrite exchange_sum; apply: eq_sum => p; rewrite jac_affine /mulv mull_sum.
  by apply: eq_sum => q; rewrite /tr; ring.
have aC := preactivation_C2 W b xC.
rewrite /= (IH (fun w => activate s (affine W b (x w)))); last first.
  by apply: C2map_comp => //; exact: C2_activate.
rewrite /addm -Rplus_assoc; congr (_ + _).
under [in RHS]eq_sum => p do rewrite delta_layer mull_sum.
rewrite exchange_sum Rplus_comm /mulm -sumD; apply: eq_sum => q.
rewrite hess_layer // hess_preactivation // Rmult_plus_distr_l; congr (_ + _).
  rewrite (eq_sum (G := fun r => kron q r * (grad (fun y => dot rho (head s rest y)) (activate s (affine W b (x z))) q
     * Derive (Derive s) (affine W b (x z) q) * jac (fun w => affine W b (x w)) z r j))) => [|r].
    by rewrite sum_kron /tr; ring.
  by rewrite /diag; ring.
by rewrite !mulr_sum; apply: eq_sum => p; ring.
Qed.
End Layers.

(** For a head [x_0 = z, a_l = W_l x_{l-1} + b_l, x_l = s(a_l), h = W_N x_{N-1} + b_N] with any number of
    layers, any widths and [s] of class C^2, behind any loss [L] with [rho = grad L (h z)]:
    [M = sum_l A_l^T diag(delta_l o s''(a_l)) A_l] with [A_l = da_l/dz] and [delta_l = d(rho . h)/dx_l];
    and [J_h^T rho = delta_0], the derivative of [rho . h] by [x_0 = z]. *)
Theorem part_F (s : R -> R) (d k : nat) (N : layers k d) (L : vec k -> R) (z : vec d) :
  C2fun s ->
  let h := head s N in
  let rho := grad L (h z) in
  interaction L h z = layer_sum s N rho (fun w => w) z
  /\ mulv (tr (jac h z)) rho = grad (fun x => dot rho (h x)) z.
Proof.
move=> sC h rho; split; last by rewrite grad_dot_comp //; apply: C2map_C1map; exact: C2_head.
apply: functional_extensionality => i; apply: functional_extensionality => j.
rewrite /interaction -hess_dot_comp; last exact: C2_head.
rewrite (hess_layers sC N rho (x := fun w => w)) => [|p]; last exact: C2_coord.
rewrite -[RHS]Rplus_0_l; congr (_ + _); rewrite -[RHS](sum0 d); apply: eq_sum => p.
rewrite /hess (partial_ext (g := fun=> kron j p)) => [|y]; last exact: partial_coord.
by rewrite partial_const Rmult_0_r.
Qed.

(** The head [z |-> 1 s(1 z + 0) + 0] with one hidden unit. *)
Definition one_unit : layers 1 1 :=
  @Layer 1 1 1 (fun _ _ => 1) (fun=> 0) (@Last 1 1 (fun _ _ => 1) (fun=> 0)).

(** The hypothesis is met, with [M] different from zero, by the head [h(z) = exp(z)] with one hidden
    unit, the loss [L(u) = u] and [z = 0]: then [M = 1]. *)
Lemma part_F_met :
  exists (s : R -> R) (N : layers 1 1) (L : vec 1 -> R) (z : vec 1),
    C2fun s /\ interaction L (head s N) z ord0 ord0 = 1.
Proof.
exists exp, one_unit, (fun u => u ord0), zerov.
split; first exact: C2fun_exp.
have E (w : vec 1) : head exp one_unit w ord0 = exp (w ord0).
  by rewrite /one_unit /head /affine /addv /mulv /activate !big_ord_recl !big_ord0 !Rplus_0_r !Rmult_1_l.
have P w : partial (comp (head exp one_unit) ord0) ord0 w = exp (w ord0).
  rewrite (partial_ext (g := fun w => exp (w ord0))) ?partial_lift; last exact: E.
  by rewrite Derive_exp /kron eqxx; ring.
rewrite /interaction big_ord_recl big_ord0 /grad partial_coord /hess.
rewrite (partial_ext (g := fun w => exp (w ord0))) ?partial_lift; last exact: P.
by rewrite Derive_exp /kron eqxx /zerov exp_0; ring.
Qed.
